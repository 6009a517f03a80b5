// npm samlp: the identity provider of Auth0.
import { X509Certificate } from 'node:crypto';
import samlpModule from 'samlp';

export async function samlp({ app, origin, key }) {
  const issuer = `${origin}/samlp`;
  let trusted;
  const at = (request) => ({ ...request.headers, host: new URL(origin).host });
  app.get('/samlp/metadata', (request, response, next) => {
    request.headers = at(request);
    samlpModule.metadata({ issuer, cert: key.cert, redirectEndpointPath: '/samlp/sso', postEndpointPath: '/samlp/sso', logoutEndpointPaths: {} })(request, response, next);
  });
  app.all('/samlp/sso', (request, response, next) => {
    const { way, endpoint, person, entity, certificate } = trusted;
    samlpModule.auth({
      issuer, cert: key.cert, key: key.key, audience: entity, destination: endpoint, recipient: endpoint,
      // What we sign is checked by the provider's own code.
      ...(way.signed ? { signingCert: certificate } : {}),
      signResponse: way.signResponse ?? false, signAssertion: way.signAssertion ?? true, sessionIndex: '_session',
      ...(way.encrypted ? { encryptionCert: trusted.encryption, encryptionPublicKey: new X509Certificate(trusted.encryption).publicKey.export({ type: 'spki', format: 'pem' }) } : {}),
      getPostURL: (_audience, _dom, _request, done) => done(null, endpoint),
      getUserFromRequest: () => ({
        id: person, displayName: 'Ada Lovelace', name: { givenName: 'Ada', familyName: 'Lovelace' }, emails: [{ value: `${person}@example.org` }],
      }),
    })(request, response, next);
  });
  return {
    name: 'samlp',
    ways: [
      { id: 'assertion', name: 'the assertion is signed', config: { postBindingAuthnRequest: 'false' } },
      { id: 'response', name: 'the response is signed, and the request', signResponse: true, signAssertion: false, signed: true, config: { postBindingAuthnRequest: 'false', wantAuthnRequestsSigned: 'true' } },
      { id: 'both', name: 'both are signed, and the request is posted', signResponse: true, signed: true, config: { postBindingAuthnRequest: 'true', wantAuthnRequestsSigned: 'true', wantAssertionsSigned: 'true' } },
      { id: 'encrypted', name: 'the assertion is encrypted', encrypted: true, config: { postBindingAuthnRequest: 'false', wantAssertionsEncrypted: 'true' } },
    ],
    metadata: async () => (await fetch(`${origin}/samlp/metadata`)).text(),
    trust: async (about) => {
      trusted = { ...about, certificate: certificateFor('signing', about.descriptor), encryption: certificateFor('encryption', about.descriptor) };
    },
  };
}

/** The certificate for this use in a descriptor, as PEM. */
export function certificateFor(use, descriptor) {
  const found = new RegExp(`use="${use}".*?<ds:X509Certificate>([^<]*)<`, 's').exec(descriptor);
  return found && `-----BEGIN CERTIFICATE-----\n${found[1].match(/.{1,64}/g).join('\n')}\n-----END CERTIFICATE-----\n`;
}

