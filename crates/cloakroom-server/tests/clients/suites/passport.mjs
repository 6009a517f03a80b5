// npm passport in an express application, with both of its OpenID Connect strategies.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import express from 'express';
import session from 'express-session';
import * as oidc from 'openid-client';
import { Strategy as OpenIdClientStrategy } from 'openid-client/passport';
import { Passport } from 'passport';
import OpenIDConnectStrategy from 'passport-openidconnect';
import { Browser } from '../harness/browser.mjs';
import { serve } from '../harness/process.mjs';

const USER = 'ada';
const PASSWORD = 'an honest passphrase';
const SECRET = 'a-client-secret-for-passport';

export async function run(report, admin) {
  const realm = await admin.createRealm('passport');
  try {
    await realm.createUser(USER, PASSWORD);
    await usePassportOpenIdConnect(report, realm);
    await useOpenIdClientStrategy(report, realm);
  } finally {
    await realm.remove();
  }
}

/** An application with one protected page; `strategy` is made once the application knows its own address. */
async function startApplication(realm, clientId, makeStrategy) {
  const passport = new Passport();
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user, done) => done(null, user));
  const app = express();
  app.use(session({ secret: 'only for this test', name: `${clientId}.sid`, resave: false, saveUninitialized: false }));
  app.use(passport.initialize());
  app.use(passport.session());
  const server = await serve(createServer(app));
  const origin = `http://127.0.0.1:${server.port}`;
  const callbackURL = `${origin}/callback`;
  await realm.createClient({ clientId, secret: SECRET, redirectUris: [callbackURL] });
  passport.use('oidc', await makeStrategy(callbackURL));

  app.get('/login', passport.authenticate('oidc'));
  app.get('/callback', passport.authenticate('oidc', { successRedirect: '/me', failureRedirect: '/failed' }));
  app.get('/failed', (_request, response) => response.status(401).send('not signed in'));
  app.get('/me', (request, response) =>
    request.isAuthenticated() ? response.json(request.user) : response.redirect('/login'),
  );
  app.use((error, _request, response, _next) => response.status(500).send(`${error.name}: ${error.message}`));
  return { origin, stop: server.stop };
}

async function usePassportOpenIdConnect(report, realm) {
  const endpoint = (name) => `${realm.issuer}/protocol/openid-connect/${name}`;
  const app = await startApplication(realm, 'passport-openidconnect', (callbackURL) =>
    new OpenIDConnectStrategy(
      {
        issuer: realm.issuer,
        authorizationURL: endpoint('auth'),
        tokenURL: endpoint('token'),
        userInfoURL: endpoint('userinfo'),
        clientID: 'passport-openidconnect',
        clientSecret: SECRET,
        callbackURL,
        scope: ['profile', 'email'],
        nonce: true,
        // The profile comes from userinfo, so that this endpoint is asked as well.
        skipUserProfile: false,
      },
      (issuer, profile, done) => done(null, { issuer, id: profile.id, username: profile.username, emails: profile.emails }),
    ),
  );
  try {
    await report.test('passport-openidconnect protects a page and signs in', async () => {
      const page = await new Browser().signIn(`${app.origin}/me`, USER, PASSWORD);
      assert.equal(page.status, 200, page.text);
      const user = JSON.parse(page.html);
      assert.equal(user.issuer, realm.issuer);
      assert.equal(user.username, USER);
      assert.equal(user.emails[0].value, 'ada@example.org');
    });

    await report.test('passport-openidconnect refuses a callback that it did not start', async () => {
      const started = new Browser();
      await started.visit(`${app.origin}/login`);
      const page = await new Browser().visit(`${app.origin}/callback?code=stolen&state=unknown`);
      assert.notEqual(page.status, 200);
    });
  } finally {
    await app.stop();
  }
}

async function useOpenIdClientStrategy(report, realm) {
  const app = await startApplication(realm, 'passport-openid-client', async (callbackURL) => {
    const config = await oidc.discovery(new URL(realm.issuer), 'passport-openid-client', SECRET, undefined, {
      execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
    });
    return new OpenIdClientStrategy({ config, callbackURL, scope: 'openid profile email' }, (tokens, done) =>
      done(null, tokens.claims()),
    );
  });
  try {
    await report.test('the strategy of openid-client signs in with PKCE', async () => {
      const page = await new Browser().signIn(`${app.origin}/me`, USER, PASSWORD);
      assert.equal(page.status, 200, page.text);
      const user = JSON.parse(page.html);
      assert.equal(user.iss, realm.issuer);
      assert.equal(user.preferred_username, USER);
    });

    await report.test('a second application signs in without asking again', async () => {
      const browser = new Browser();
      await browser.signIn(`${app.origin}/me`, USER, PASSWORD);
      const anew = await browser.visit(`${app.origin}/login`);
      assert.equal(anew.status, 200, anew.text);
      assert.equal(JSON.parse(anew.html).preferred_username, USER);
    });
  } finally {
    await app.stop();
  }
}
