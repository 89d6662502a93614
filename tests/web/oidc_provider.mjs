// An OpenID provider that shares no code with ours, on loopback, until its input closes.
// node oidc_provider.mjs MODULES REDIRECT_URI LOGOUT_URI PORT SECRET
// Prints one line of JSON when it listens. Who logs in as NAME is the subject NAME.
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [modules, redirect, logout, port, secret] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(`${modules}/oidc-provider/lib/index.js`));
const { generateKeyPair, exportJWK } = await import(
  pathToFileURL(`${modules}/jose/dist/webapi/index.js`));

const { privateKey } = await generateKeyPair('RS256', { extractable: true });
const key = { ...(await exportJWK(privateKey)), kid: `k${Date.now()}`, alg: 'RS256', use: 'sig' };
const server = createServer();
await new Promise((done) => server.listen(Number(port), '127.0.0.1', done));
const issuer = `http://127.0.0.1:${server.address().port}`;
console.info = console.warn = () => {};

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'congvan', client_secret: secret, redirect_uris: [redirect],
    post_logout_redirect_uris: [logout],
  }],
  jwks: { keys: [key] },
  cookies: { keys: ['loopback only'] },
  conformIdTokenClaims: false,
  claims: { openid: ['sub'], profile: ['name', 'preferred_username'] },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: id, preferred_username: id }),
  }),
});
server.on('request', provider.callback());
process.stdout.write(`${JSON.stringify({ issuer })}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
