/** A GUID, without anchors: for patterns that hold one. */
export const guidPattern = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

const guid = new RegExp(`^${guidPattern}$`, 'i');

/** A GUID in its one form, lower-case, as all of Altinn's ids are compared; `undefined` for what is none. */
export function parseGuid(text: string | undefined): string | undefined {
  return text && guid.test(text) ? text.toLowerCase() : undefined;
}
