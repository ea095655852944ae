"""What the people tables hold about our own people."""

from crmllm.core.datamap import Category, declare

declare("access.Team", plain="id created_at updated_at name")
declare(
    "access.User",
    plain="id last_login is_superuser is_staff is_active date_joined team single_keys keys groups user_permissions",
    username=Category.STAFF,
    first_name=Category.STAFF,
    last_name=Category.STAFF,
    email=Category.STAFF,
    role=Category.STAFF,
    password=Category.SECRET,
)
declare(
    "access.ApiToken",
    plain="id created_at updated_at user name prefix last_used_at expires_at revoked_at",
    digest=Category.SECRET,
)

# What Django and the libraries of the log-in keep.
declare("auth.Permission", plain="id name content_type codename")
declare("auth.Group", plain="id name permissions")
declare("sessions.Session", plain="expire_date", session_key=Category.SECRET, session_data=Category.SECRET)
_ATTEMPT = {
    "username": Category.STAFF,
    "ip_address": Category.STAFF,
    "user_agent": Category.STAFF,
    "http_accept": Category.STAFF,
    "path_info": Category.NONE,
}
declare("axes.AccessFailureLog", plain="id attempt_time locked_out", **_ATTEMPT)
declare(
    "axes.AccessAttempt",
    plain="id attempt_time failures_since_start",
    get_data=Category.STAFF,
    post_data=Category.STAFF,
    **_ATTEMPT,
)
declare("axes.AccessAttemptExpiration", plain="access_attempt expires_at")
declare("axes.AccessLog", plain="id attempt_time logout_time", session_hash=Category.SECRET, **_ATTEMPT)
declare(
    "social_django.UserSocialAuth",
    plain="id user provider created modified",
    uid=Category.STAFF,
    id_key=Category.STAFF,
    extra_data=Category.STAFF,
)
declare("social_django.Nonce", plain="id server_url timestamp", salt=Category.SECRET)
declare(
    "social_django.Association",
    plain="id server_url issued lifetime assoc_type",
    handle=Category.SECRET,
    secret=Category.SECRET,
)
declare("social_django.Code", plain="id verified timestamp", email=Category.STAFF, code=Category.SECRET)
declare("social_django.Partial", plain="id next_step backend timestamp", token=Category.SECRET, data=Category.STAFF)
