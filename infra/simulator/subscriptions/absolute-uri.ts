const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#\\]+)([^?#]*)(\?[^#]*)?(#.*)?$/i;
const defaultPorts: Record<string, string> = { https: ':443', http: ':80' };

/**
 * An address as .NET's `Uri.AbsoluteUri` writes it, which is how Altinn stores and compares an endpoint: blanks around
 * it gone, host in lower case, the default port gone, a slash after a bare host, dots collapsed, `%7E %2D` decoded,
 * spaces and non-ASCII encoded. `undefined` for what is no absolute address.
 *
 * @example absoluteUri('https://A.NO:443/a/../b/%7Eq') // 'https://a.no/b/~q'
 */
export function absoluteUri(address: string): string | undefined {
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] =
    parts.exec(address.trim()) ?? [];
  if (!authority || !URL.canParse(address)) return undefined;
  const protocol = scheme.toLowerCase();
  const at = authority.lastIndexOf('@') + 1;
  const host = authority.slice(at).toLowerCase();
  const port = defaultPorts[protocol];
  const bare = port && host.endsWith(port) ? host.slice(0, -port.length) : host;
  const cleanPath = withoutDots(escapeAsNeeded(path.replaceAll('\\', '/')) || '/');
  return `${protocol}://${authority.slice(0, at)}${bare}${cleanPath}${escapeAsNeeded(query)}${escapeAsNeeded(fragment)}`;
}

/** Decodes what need not be encoded (letters, digits and `-._~`), and encodes what must be. */
function escapeAsNeeded(text: string): string {
  return text
    .replace(/%([2-7][0-9a-f])/gi, (escaped, code) => {
      const character = String.fromCharCode(Number.parseInt(code, 16));
      return /[\w.~-]/.test(character) ? character : escaped;
    })
    .replace(/%(?![0-9a-f]{2})/gi, '%25')
    .replace(/[^\w.~%:/?#[\]@!$&'()*+,;=-]+/gu, encodeURIComponent);
}

/** RFC 3986, section 5.2.4. */
function withoutDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    if (segment === '..') kept.pop();
    if (segment !== '.' && segment !== '..') kept.push(segment);
    else if (index === segments.length - 1) kept.push('');
  }
  return `/${kept.join('/')}`;
}
