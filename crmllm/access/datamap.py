"""What the people tables hold about our own people."""

from crmllm.core.datamap import Category, declare

declare("access.Team", plain="id created_at updated_at name")
declare(
    "access.User",
    plain="id last_login is_superuser is_staff is_active date_joined team single_keys groups user_permissions",
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
