// Reads the forms of an HTML page: just enough of HTML to fill in and send what a server rendered.

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

/** Replaces character references, which form actions and hidden values are full of. */
export function decode(text) {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi, (whole, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(parseInt(hex, 16));
    if (decimal) return String.fromCodePoint(parseInt(decimal, 10));
    return ENTITIES[name.toLowerCase()] ?? whole;
  });
}

/** Reads the attributes of one start tag. */
function attributes(tag) {
  const found = {};
  const body = tag.replace(/^<[a-z0-9-]+/i, '').replace(/\/?>$/, '');
  for (const [, name, double, single, bare] of body.matchAll(
    /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g,
  )) {
    found[name.toLowerCase()] = decode(double ?? single ?? bare ?? '');
  }
  return found;
}

/** Lists the start tags named `name` in `html`, as their attributes. */
function tags(html, name) {
  return [...html.matchAll(new RegExp(`<${name}(?=[\\s/>])(?:[^>"']|"[^"]*"|'[^']*')*>`, 'gi'))].map((match) =>
    attributes(match[0]),
  );
}

/** Lists the forms of a page, each with its action, method, inputs and submit buttons. */
export function forms(html) {
  const withoutComments = html.replace(/<!--[\s\S]*?-->/g, '');
  const found = [];
  for (const [, start, content] of withoutComments.matchAll(
    /(<form(?=[\s>])(?:[^>"']|"[^"]*"|'[^']*')*>)([\s\S]*?)<\/form>/gi,
  )) {
    const form = attributes(start);
    found.push({
      action: form.action ?? '',
      method: (form.method ?? 'get').toUpperCase(),
      inputs: tags(content, 'input'),
      buttons: [
        ...tags(content, 'button'),
        ...tags(content, 'input').filter((input) => (input.type ?? '').toLowerCase() === 'submit'),
      ],
    });
  }
  return found;
}

/** What a browser would send of the form if nobody typed anything and no button had a name. */
export function defaults(form) {
  const values = new Map();
  for (const input of form.inputs) {
    const type = (input.type ?? 'text').toLowerCase();
    if (!input.name || type === 'submit' || type === 'button') continue;
    if ((type === 'checkbox' || type === 'radio') && !('checked' in input)) continue;
    values.set(input.name, input.value ?? (type === 'checkbox' ? 'on' : ''));
  }
  return values;
}
