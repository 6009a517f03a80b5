// PyPI authlib on requests and on httpx.
import { runPython } from '../harness/python.mjs';

export const run = (report, admin) => runPython(report, admin, 'authlib_suite.py');
