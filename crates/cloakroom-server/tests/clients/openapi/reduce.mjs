#!/usr/bin/env node
// Reduces Keycloak's OpenAPI document to what the tests read: `node reduce.mjs openapi.json > keycloak-26.8.json`.
import { readFileSync } from 'node:fs';

const METHODS = ['get', 'post', 'put', 'delete', 'patch'];

/** A schema without its prose. `properties` is a map of names, in which `description` is a name like any other. */
function schema(from) {
  if (Array.isArray(from)) return from.map(schema);
  if (from === null || typeof from !== 'object') return from;
  const kept = {};
  for (const [name, value] of Object.entries(from)) {
    if (['description', 'title', 'example', 'deprecated'].includes(name) && typeof value !== 'object') continue;
    kept[name] = name === 'properties'
      ? Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, schema(inner)]))
      : schema(value);
  }
  return kept;
}

const content = (from) => Object.fromEntries(Object.entries(from ?? {}).map(([type, { schema: inner }]) => [type, inner ? { schema: schema(inner) } : {}]));

const parameter = ({ name, in: where, required, schema: inner }) => ({ name, in: where, ...(required ? { required } : {}), schema: schema(inner ?? {}) });

function operation(from) {
  const answers = Object.entries(from.responses).map(([status, answer]) => [
    status,
    { description: '', ...(answer.content ? { content: content(answer.content) } : {}) },
  ]);
  return {
    tags: from.tags,
    ...(from.parameters ? { parameters: from.parameters.map(parameter) } : {}),
    ...(from.requestBody ? { requestBody: { content: content(from.requestBody.content) } } : {}),
    responses: Object.fromEntries(answers),
  };
}

const whole = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const paths = Object.entries(whole.paths).map(([path, item]) => {
  const kept = item.parameters ? { parameters: item.parameters.map(parameter) } : {};
  for (const method of METHODS) if (item[method]) kept[method] = operation(item[method]);
  return [path, kept];
});
const schemas = Object.entries(whole.components.schemas).map(([name, inner]) => [name, schema(inner)]);

// One line a path and a schema, so that the next release's document shows what changed.
const lines = (entries) => entries.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(',\n');
console.log(`{
"openapi": ${JSON.stringify(whole.openapi)},
"info": {"title": ${JSON.stringify(whole.info.title)}, "version": "26.8"},
"paths": {
${lines(paths)}
},
"components": {"schemas": {
${lines(schemas)}
}}
}`);
