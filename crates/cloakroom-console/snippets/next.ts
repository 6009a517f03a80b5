// npm install next-auth@beta, then auth.ts:
import NextAuth from 'next-auth';
import Keycloak from 'next-auth/providers/keycloak';

// The redirect URI is https://YOUR-APP/api/auth/callback/keycloak.
export const { handlers, auth, signIn, signOut } = NextAuth({
  providers: [
    Keycloak({
      issuer: '{issuer}',
      clientId: '{client_id}',
      clientSecret: process.env.CLIENT_SECRET,
    }),
  ],
});
