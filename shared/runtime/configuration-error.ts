/** One or more settings are missing or wrong. The message names each, says what is wrong with it and gives an example. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
}
