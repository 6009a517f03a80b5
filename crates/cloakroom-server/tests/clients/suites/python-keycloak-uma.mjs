// PyPI python-keycloak: its KeycloakUMA, and the authorization services of its KeycloakOpenID.
import { runPython } from '../harness/python.mjs';

export const run = (report, admin) => runPython(report, admin, 'python_keycloak_uma_suite.py');
