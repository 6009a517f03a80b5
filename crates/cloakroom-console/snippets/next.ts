// npm install "next-auth@^5.0.0-beta.25", then auth.ts:
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
