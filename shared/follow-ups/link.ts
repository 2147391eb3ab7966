import { resourcePrefix } from '../altinn/resource.ts';

/** What a link can name: nothing of a person. */
export const linkFields = ['correspondenceId', 'followUpId', 'kind', 'resource', 'sendersReference'] as const;

/** Where the owner works on a letter: the policy's template with `{correspondenceId}` and the like filled in. */
export function fillLink(
  template: string | undefined,
  data: Readonly<Partial<Record<(typeof linkFields)[number], string | undefined>>>,
): string | undefined {
  return template?.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const field = linkFields.find((each) => each === name);
    const value = field && data[field];
    if (!field) return whole;
    const text =
      field === 'resource' && value?.startsWith(resourcePrefix)
        ? value.slice(resourcePrefix.length)
        : (value ?? '');
    // Half a character cannot be encoded.
    return encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));
  });
}
