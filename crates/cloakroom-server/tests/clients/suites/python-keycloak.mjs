// PyPI python-keycloak: its KeycloakOpenID.
import { runPython } from '../harness/python.mjs';

export const run = (report, admin) => runPython(report, admin, 'python_keycloak_suite.py');
