/** Gives the parameters of a path's segments, or nothing when the path is another's. */
export type Route = (segments: readonly string[]) => Record<string, string> | undefined;

interface Part {
  readonly name: string;
  readonly kind: 'literal' | 'one' | 'optional' | 'rest';
}

/**
 * Compiles a route as ASP.NET Core reads it: literals compared without case, `{name}`, `{name?}` and
 * `{*rest}`. Throws on what the embedded host does not know (constraints, defaults, mixed segments).
 */
export function compileRoute(template: string): Route {
  const parts = splitPath(template).map(parsePart);
  return (segments) => {
    const params: Record<string, string> = {};
    for (const [i, part] of parts.entries()) {
      const segment = segments[i];
      if (part.kind === 'rest') {
        const rest = segments.slice(i).map(decode).join('/');
        return rest ? { ...params, [part.name]: rest } : params;
      }
      if (segment === undefined) {
        if (part.kind !== 'optional') return undefined;
      } else if (part.kind === 'literal') {
        if (decode(segment).toLowerCase() !== part.name) return undefined;
      } else {
        params[part.name] = decode(segment);
      }
    }
    return segments.length > parts.length ? undefined : params;
  };
}

/** The segments of a path; a slash at either end does not count. */
export function splitPath(path: string): string[] {
  const trimmed = path.replace(/^\/+|\/+$/g, '');
  return trimmed ? trimmed.split('/') : [];
}

function parsePart(part: string): Part {
  if (!/[{}]/.test(part)) return { kind: 'literal', name: part.toLowerCase() };
  const [, stars, name, optional] = /^\{(\*{0,2})(\w+)(\?)?\}$/.exec(part) ?? [];
  if (!name) throw new Error(`the embedded host does not know the route segment "${part}"`);
  return { name, kind: stars ? 'rest' : optional ? 'optional' : 'one' };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
