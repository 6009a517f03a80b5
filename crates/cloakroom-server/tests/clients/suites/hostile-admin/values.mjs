// What is sent in place of honest values: of every member of a body, every part of a path and every question of a query.

/** A text that is long for any name, and not too long for a request. */
const LONG = 'x'.repeat(20_000);

/** Texts that something on the way may cut, fold, turn around or take for an end. */
export const TEXTS = [
  '', ' ', '\u0000', 'a\u0000b', 'a\nb\r\nSet-Cookie: a=b', '\u202egnp.exe', 'e\u0301', '\u00e9', '\ufeff', '\uffff', '\u{1f600}', 'İı', 'ß', '%00', '%', '..', '../..',
  "' OR 1=1 --", '${jndi:ldap://127.0.0.1/a}', '{{7*7}}', '<script>alert(1)</script>', '\\', '"', '-1', 'null', LONG,
];

/** Numbers that fit into no column, or into one only by luck. */
export const NUMBERS = [-1, 0, 1.5, 1e308, -9223372036854775808, 9223372036854775807, 18446744073709551616, 2147483648];

/** JSON that is deep: `depth` lists in each other. */
export const deep = (depth) => '['.repeat(depth) + ']'.repeat(depth);

/** JSON texts that stand where a member of this type is expected; `seed` says which of many. */
export function strangers(type, seed) {
  const of = (list, shift = 0) => list[(seed + shift) % list.length];
  const text = (value) => JSON.stringify(value);
  const numbers = [of(NUMBERS), of(NUMBERS, 3)].map((value) => (Number.isInteger(value) ? BigInt(value).toString() : String(value)));
  const shapes = ['null', 'true', '[]', '{}', '[null]', '[[1]]', '{"":null}', '{"a":{"b":[{}]}}', '"\\ud800"', '1e999', '-0', deep(60)];
  const texts = [of(TEXTS), of(TEXTS, 7), of(TEXTS, 13)].map(text);
  switch (type) {
    case 'array':
      return [...texts.slice(0, 1), `[${texts.join()}]`, `[${texts[0]},${texts[0]}]`, of(shapes), of(shapes, 5)];
    case 'object':
      return [`{${texts[0]}:${texts[1]}}`, `{"a":[${texts[2]}]}`, `{${texts[1]}:[${texts[0]},${texts[0]}]}`, of(shapes), of(shapes, 5)];
    case 'boolean':
      return [...texts.slice(0, 1), numbers[0], of(shapes), of(shapes, 5)];
    case 'integer':
    case 'number':
      return [...numbers, texts[0], of(shapes)];
    default:
      return [...texts, numbers[0], of(shapes), of(shapes, 5)];
  }
}
