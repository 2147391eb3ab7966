/**
 * A text is not what it has to be. The message completes "NAME …" and says why; of a text that may be a secret it
 * repeats nothing.
 */
export class InvalidValue extends Error {
  override name = 'InvalidValue';
}
