// Hosts Keycloak's admin console, as its package's readme says: the sign-in, the texts, and its own pages.
import '@patternfly/patternfly/patternfly.css';
import '@patternfly/react-core/dist/styles/base.css';
import '@keycloak/keycloak-admin-ui/styles.css';
import { AdminClientProvider, AppContexts, Header, KeycloakProvider, PageNav, routes } from '@keycloak/keycloak-admin-ui';
import { Page } from '@patternfly/react-core';
import i18next from 'i18next';
import FetchBackend from 'i18next-fetch-backend';
import Keycloak from 'keycloak-js';
import { Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { initReactI18next } from 'react-i18next';
import { createHashRouter, Outlet, RouterProvider } from 'react-router-dom';

const server = new URLSearchParams(location.search).get('server');

// The console's pages are in the fragment, which is no part of an address that somebody is sent back to: it is kept here meanwhile.
if (location.hash) sessionStorage.setItem('page', location.hash);
const keycloak = new Keycloak({ url: server, realm: 'master', clientId: 'security-admin-console' });
const redirectUri = `${location.origin}${location.pathname}${location.search}`;
await keycloak.init({ onLoad: 'login-required', pkceMethod: 'S256', responseMode: 'query', scope: 'openid', redirectUri });
history.replaceState(null, '', sessionStorage.getItem('page') ?? '#/');

const environment = {
  serverBaseUrl: server,
  adminBaseUrl: server,
  realm: 'master',
  masterRealm: 'master',
  clientId: 'security-admin-console',
  resourceUrl: '.',
  logo: '',
  logoUrl: '',
  consoleBaseUrl: `${location.pathname}`,
  resourceVersion: 'tests',
  darkMode: false,
};

await i18next.use(FetchBackend).use(initReactI18next).init({
  lng: 'en',
  fallbackLng: 'en',
  nsSeparator: false,
  keySeparator: false,
  interpolation: { escapeValue: false },
  backend: {
    loadPath: `${server}/resources/master/admin/{{lng}}`,
    parse: (text) => Object.fromEntries(JSON.parse(text).map(({ key, value }) => [key, value])),
  },
});

function Console() {
  return (
    <KeycloakProvider environment={environment} keycloak={keycloak}>
      <AdminClientProvider>
        <AppContexts>
          <Page header={<Header />} isManagedSidebar sidebar={<PageNav />}>
            <Suspense fallback={<p>…</p>}>
              <Outlet />
            </Suspense>
          </Page>
        </AppContexts>
      </AdminClientProvider>
    </KeycloakProvider>
  );
}

const router = createHashRouter([{ path: '/', element: <Console />, children: routes }]);
createRoot(document.getElementById('app')).render(<RouterProvider router={router} />);
