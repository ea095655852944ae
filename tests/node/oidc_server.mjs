// A real OpenID Connect provider (panva's oidc-provider) for the tests. It logs in, without asking, the account that was
// put there last: PUT /test/account {"sub": "…", …claims}; {"refuse": true} stands for a person who cancels.
//
// node oidc_server.mjs PORT REDIRECT_URI
import { Provider } from "oidc-provider";

const [port, redirectUri] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const accounts = new Map();
let next = null;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "crmllm",
      client_secret: "only-for-tests-and-long-enough-for-the-provider",
      redirect_uris: [redirectUri],
    },
  ],
  claims: {
    openid: ["sub", "realm_access"],
    profile: ["preferred_username", "given_name", "family_name", "name"],
    email: ["email", "email_verified"],
  },
  cookies: { keys: ["only-for-tests"] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  pkce: { required: () => true },
  findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...accounts.get(sub) }) }),
  // Everybody has agreed to everything.
  loadExistingGrant: async (ctx) => {
    const { client, session } = ctx.oidc;
    const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
});

provider.use(async (ctx, following) => {
  if (ctx.method === "PUT" && ctx.path === "/test/account") {
    let body = "";
    for await (const part of ctx.req) body += part;
    next = JSON.parse(body);
    accounts.set(next.sub, next);
    ctx.status = 204;
  } else if (ctx.path.startsWith("/interaction/")) {
    const answer = next.refuse
      ? { error: "access_denied", error_description: "the person cancelled" }
      : { login: { accountId: next.sub, remember: false } };
    ctx.respond = false;
    await provider.interactionFinished(ctx.req, ctx.res, answer);
  } else {
    await following();
  }
});

provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
