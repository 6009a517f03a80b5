// npm install express express-session openid-client
import express from 'express';
import session from 'express-session';
import * as oidc from 'openid-client';

const config = await oidc.discovery(new URL('{issuer}'), '{client_id}', process.env.CLIENT_SECRET⟨, undefined, {
  execute: [oidc.allowInsecureRequests],
}⟩);
const app = express();
app.use(session({ secret: process.env.SESSION_SECRET, resave: false, saveUninitialized: false }));

app.get('/login', async (request, response) => {
  const verifier = oidc.randomPKCECodeVerifier();
  request.session.verifier = verifier;
  request.session.state = oidc.randomState();
  response.redirect(oidc.buildAuthorizationUrl(config, {
    redirect_uri: '{redirect_uri}',
    scope: 'openid profile email',
    state: request.session.state,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).href);
});

app.get('/callback', async (request, response) => {
  const tokens = await oidc.authorizationCodeGrant(config, new URL(request.originalUrl, '{redirect_uri}'), {
    pkceCodeVerifier: request.session.verifier,
    expectedState: request.session.state,
  });
  response.json(tokens.claims());
});

app.listen(3000);
