// Keycloak's OpenAPI document: its operations, and whether an answer has the shape that it promises.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';

const read = (name) => JSON.parse(readFileSync(new URL(`../../openapi/${name}`, import.meta.url), 'utf8'));

/** Keycloak's own. */
const DOCUMENT = 'keycloak-26.8.json';

const METHODS = ['get', 'post', 'put', 'delete', 'patch'];
const REF = '#/components/schemas/';

/** What Keycloak says more than its document: members of answers by schema, as a running 26.7 gives them. */
const UNDOCUMENTED = {
  AbstractPolicyRepresentation: ['config'],
  ClientInitialAccessCreatePresentation: ['id', 'token', 'timestamp', 'remainingCount'],
  WorkflowStepRepresentation: ['with'],
};

/** Claims are whatever the mappers say, and raw JSON is whatever somebody stored; the document names what Java keeps it in. */
const OPEN = ['AccessToken', 'IDToken', 'RawJsonValue'];

/** Answers of another shape than the document says, as a running 26.7 gives them. */
const MISTAKEN = {
  'GET /admin/realms/{realm}/workflows': { type: 'array', items: { $ref: `${REF}WorkflowRepresentation` } },
  'GET /admin/realms/{realm}/workflows/scheduled/{resource-id}': { type: 'array', items: { $ref: `${REF}WorkflowRepresentation` } },
  'GET /admin/realms/{realm}/clients/{client-uuid}/authz/resource-server/scope/search': { $ref: `${REF}ScopeRepresentation` },
  'GET /admin/realms/{realm}/clients/{client-uuid}/evaluate-scopes/generate-example-saml-response': { type: 'string' },
};

function definitions() {
  const schemas = { ...read(DOCUMENT).components.schemas, ...read('beyond.json').components.schemas };
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, closed(name, schema)]));
}

/** The same schema, and nothing in an answer that it does not name. */
function closed(name, schema) {
  if (!schema.properties || schema.additionalProperties !== undefined || OPEN.includes(name)) return schema;
  const more = Object.fromEntries((UNDOCUMENTED[name] ?? []).map((member) => [member, {}]));
  return { ...schema, properties: { ...schema.properties, ...more }, additionalProperties: false };
}

const ajv = new Ajv({ strict: false, allErrors: true, formats: { int32: true, int64: true, binary: true, uri: true, double: true, float: true } });
ajv.addSchema({ $id: 'keycloak', components: { schemas: definitions() } });

/** Says what is wrong with the shape of `value`, or `null`. */
export function complaint(schema, value) {
  const anchored = JSON.parse(JSON.stringify(schema).replaceAll(`"${REF}`, `"keycloak${REF}`));
  const validate = ajv.compile(anchored);
  if (validate(value)) return null;
  const told = validate.errors.slice(0, 5);
  return told.map(({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`).join('; ');
}

/** Resolves a schema of a body to the one that it names. */
export function resolve(schema) {
  if (!schema?.$ref) return schema;
  return definitions()[schema.$ref.slice(REF.length)];
}

/** The document with the operations of these names only, and the shapes that a running server has. */
export function corrected(wanted) {
  const document = read(DOCUMENT);
  // Its document calls these written only, and a running server shows them.
  const { IdentityProviderRepresentation: provider, AccessToken: token } = document.components.schemas;
  delete provider.properties.organizationId.writeOnly;
  delete token.properties.resource_access.writeOnly;
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS.filter((candidate) => item[candidate])) {
      const key = `${method.toUpperCase()} ${path}`;
      const answer = item[method].responses['200']?.content;
      if (!wanted.has(key)) delete item[method];
      else if (MISTAKEN[key] && answer) Object.values(answer).forEach((content) => (content.schema = MISTAKEN[key]));
    }
  }
  return document;
}

/** Every operation of both documents. */
export function operations() {
  const found = [];
  for (const name of [DOCUMENT, 'beyond.json']) {
    for (const [path, item] of Object.entries(read(name).paths)) {
      for (const method of METHODS.filter((candidate) => item[candidate])) {
        found.push({ ...operation(path, method.toUpperCase(), item, item[method]), isDocumented: name === DOCUMENT });
      }
    }
  }
  return found;
}

function operation(path, method, item, from) {
  const parameters = [...(item.parameters ?? []), ...(from.parameters ?? [])];
  const content = from.requestBody?.content ?? {};
  // Keycloak names the media type of a JSON body first where it takes several.
  const named = 'application/json' in content ? 'application/json' : Object.keys(content)[0];
  // Its document says nothing of the files that are uploaded.
  const type = /\/upload(-certificate)?$/.test(path) ? 'multipart/form-data' : named;
  return {
    key: `${method} ${path}`,
    method,
    path,
    within: path.replace(/^\/admin\/realms\/\{realm\}/, ''),
    parts: [...path.matchAll(/\{([^}]*)\}/g)].map(([, part]) => part),
    query: parameters.filter(({ in: where }) => where === 'query'),
    body: type ? { type, schema: content[type]?.schema } : null,
    isText: type !== undefined && type !== 'application/json',
    answers: from.responses,
    mistaken: MISTAKEN[`${method} ${path}`],
  };
}
