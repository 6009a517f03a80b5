// PyPI python-keycloak: its KeycloakAdmin, blocking and asynchronous.
import { runPython } from '../harness/python.mjs';

export const run = (report, admin) => runPython(report, admin, 'python_keycloak_admin_suite.py');
