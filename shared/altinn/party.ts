/** Whom a letter is for, as far as Altinn Notifications can be told. */
export type Party =
  | { readonly is: 'organization'; readonly number: string }
  | { readonly is: 'person'; readonly number: string };

/**
 * Reads a recipient as Altinn Correspondence writes it: a URN, or an organization by its older `0192:` number.
 * @returns `undefined` for any other party, a self-identified user say
 */
export function parseParty(recipient: string): Party | undefined {
  const [, organization] = /^(?:urn:altinn:organization:identifier-no:|0192:)(\d{9})$/i.exec(recipient) ?? [];
  if (organization) return { is: 'organization', number: organization };
  const [, person] = /^urn:altinn:person:identifier-no:(\d{11})$/i.exec(recipient) ?? [];
  return person ? { is: 'person', number: person } : undefined;
}
