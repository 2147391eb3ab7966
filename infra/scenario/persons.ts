/** Eleven digits on their own: what may be a national identity number, and never part of a GUID. */
const identityNumber = /(?<![\da-f])\d{11}(?![\da-f])/i;

export function mayNamePerson(text: string): boolean {
  return identityNumber.test(text);
}
