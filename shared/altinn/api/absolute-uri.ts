const blanks = /^[\t\n\r ]+|[\t\n\r ]+$/g;
const label = '[\\w\\u0080-\\uffff-]+';
const parts = new RegExp(
  `^(https?)://([^/?#\\\\]*@)?(\\[[^\\]]*\\]|${label}(?:\\.${label})*\\.?)(?::(\\d*))?(?=[/?#]|$)([^?#]*)(\\?[^#]*)?(#.*)?$`,
  'is',
);

/**
 * An https address as .NET's `Uri.AbsoluteUri` writes it, which is what Altinn stores of an endpoint and compares with:
 * without blanks around it, its host in lower case, no default port, a `/` after a bare host, dot segments collapsed,
 * unreserved characters decoded, and whatever may not stand in a URI percent-encoded. Addresses whose results are equal
 * are one subscription. What .NET takes for no absolute address of http or https comes back as it is.
 *
 * WHATWG's `URL` is no stand-in. It leaves `%7E` and the case of `%c3%a6` alone, decodes nothing but dots, puts another
 * set of characters in percent (`'` in a query, but not `|` or `^`, nor a lone `%`), drops an empty user name and tabs
 * and line breaks inside, writes a host of other than ASCII in Punycode, and takes `https:/a.no`, `https:a.no` and
 * `https://a.no\x`.
 *
 * Three things differ from .NET on purpose, so that the result is its own result: blanks at the end always go (.NET
 * makes them `%20` where it decoded something before them), a `%` that begins no byte never hides the byte behind it
 * (.NET leaves `%41` in `%%41`, and decodes it the next time), and the hex digits of *every* character above ASCII are
 * in upper case (.NET leaves those of control characters and non-characters).
 *
 * Source: `Uri` of .NET 10, asked; `recorded/altinn-events/filter-verdicts.txt`.
 *
 * @example absoluteUri('https://App.example.no:443/a/../api/events?code=%7E') // 'https://app.example.no/api/events?code=~'
 */
export function absoluteUri(address: string): string {
  const match = parts.exec(address.replace(blanks, ''));
  if (!match) return address;
  const [, scheme = '', user = '', host = '', port, path = '', query = '', fragment = ''] = match;
  const start = `${scheme.toLowerCase()}://${normalize(user)}${normalizeHost(host)}${portOf(scheme, port)}`;
  return start + withoutDots(normalize(path.replaceAll('\\', '/'))) + normalize(query) + normalize(fragment);
}

/** Whether .NET takes it for an absolute address of http or https. */
export function isAbsoluteUri(address: string): boolean {
  return parts.test(address.replace(blanks, ''));
}

/** Punycode and the letters it stands for are different names to .NET; of an IP address it knows every form. */
function normalizeHost(host: string): string {
  const isIp = /^\[|^\d[\dxa-f.]*$/i.test(host);
  if (isIp && URL.canParse(`https://${host}`)) return new URL(`https://${host}`).hostname;
  return /[A-Z]/.test(host) ? host.toLowerCase() : host;
}

function portOf(scheme: string, port: string | undefined): string {
  if (!port) return '';
  const isDefault = Number(port) === (scheme.toLowerCase() === 'https' ? 443 : 80);
  return isDefault ? '' : `:${Number(port)}`;
}

const escapes = [
  // A character above ASCII in UTF-8, whole.
  '%[cd][\\da-f]%[89ab][\\da-f]',
  '%e[\\da-f](?:%[89ab][\\da-f]){2}',
  '%f[0-7](?:%[89ab][\\da-f]){3}',
  // Any other byte.
  '%[\\da-f]{2}',
].join('|');
const notAsItIs = new RegExp(`(${escapes})|[^\\w.~:/?#[\\]@!$&'()*+,;=-]`, 'giu');

/** Decodes what is unreserved (RFC 3986, section 2.3), and encodes what is neither that nor reserved. */
function normalize(part: string): string {
  return Buffer.from(part)
    .toString()
    .replace(notAsItIs, (found, escaped) => {
      if (!escaped) return encodeURIComponent(found);
      const character = decoded(found);
      if (character === undefined) return found;
      if (character > '\x7f') return encodeURIComponent(character);
      return /[\w.~-]/.test(character) ? character : found;
    });
}

/** `undefined` for bytes that are no UTF-8. */
function decoded(bytes: string): string | undefined {
  try {
    return decodeURIComponent(bytes);
  } catch {
    return undefined;
  }
}

/** RFC 3986, section 5.2.4. */
function withoutDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const isDots = segment === '.' || segment === '..';
    if (segment === '..') kept.pop();
    if (!isDots) kept.push(segment);
    else if (index === segments.length - 1) kept.push('');
  }
  return `/${kept.join('/')}`;
}
