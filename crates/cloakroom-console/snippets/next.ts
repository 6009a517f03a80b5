// npm install "next-auth@^5.0.0-beta.25", then auth.ts; AUTH_SECRET is a long random text (npx auth secret makes one).
// The redirect URI is https://YOUR-APP/api/auth/callback/keycloak.
// Where Next.js runs in production, AUTH_TRUST_HOST=true is needed as well.
// app/api/auth/[...nextauth]/route.ts: import { handlers } from '@/auth'; export const { GET, POST } = handlers;
import NextAuth from 'next-auth';
import Keycloak from 'next-auth/providers/keycloak';

export const { handlers, auth, signIn, signOut } = NextAuth({
  providers: [
    Keycloak({
      issuer: '{issuer}',
      clientId: '{client_id}',
      clientSecret: process.env.CLIENT_SECRET,
    }),
  ],
});
