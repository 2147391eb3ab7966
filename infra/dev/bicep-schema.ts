interface Published {
  readonly $type: string;
  readonly name: string;
  readonly bodyType?: Published;
  readonly properties?: readonly { readonly name: string; readonly type: string; readonly flags?: string }[];
  readonly additionalPropertiesType?: string;
  readonly discriminator?: string;
  readonly elements?: readonly Published[];
}

/** The type of each property by its name, with `!` before it where it is required; `*` is any other name. */
type Shape = Record<string, string>;

/** A resource type: what may be written of it, and no descriptions. */
export interface Schema {
  /** With its API version. */
  readonly name: string;
  /** One shape, or one by what the resource's own name is. */
  readonly body: Shape | { readonly by: string; readonly of: Readonly<Record<string, Shape>> };
  readonly types: Readonly<Record<string, Shape>>;
}

/** Keeps of what was published about a resource type the part that a test needs. */
export function compact(published: readonly Published[]): Schema {
  const resource = published.find(({ $type }) => $type === 'Resource') as Published;
  const objects = new Map(published.filter(({ $type }) => $type === 'Object').map((one) => [one.name, one]));
  const types: Record<string, Shape> = {};

  const shape = ({ properties = [], additionalPropertiesType: other }: Published): Shape => {
    const written = properties.filter(({ flags }) => !flags?.includes('ReadOnly'));
    const all = other ? [...written, { name: '*', type: other }] : written;
    for (const name of all.flatMap(({ type }) => type.split(' | '))) {
      const object = objects.get(name.replaceAll('[]', ''));
      if (object && !(object.name in types)) {
        types[object.name] = {};
        types[object.name] = shape(object);
      }
    }
    return Object.fromEntries(
      all.map(({ name, type, ...rest }) => [
        name,
        `${'flags' in rest && rest.flags?.includes('Required') ? '!' : ''}${type}`,
      ]),
    );
  };

  const body = resource.bodyType as Published;
  if (!body.discriminator) return { name: resource.name, body: shape(body), types };
  const by = body.discriminator;
  const of = (body.elements ?? []).map((element) => {
    const name = element.properties?.find((property) => property.name === by);
    return [name?.type as string, shape(element)] as const;
  });
  return { name: resource.name, body: { by, of: Object.fromEntries(of) }, types };
}
