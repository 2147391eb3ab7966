const iso8601 = /^P(?=\d|T\d)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/**
 * The seconds of an ISO 8601 duration in whole weeks, days, hours, minutes and seconds; `undefined` for anything
 * else, years and months too, whose length is not fixed.
 *
 * @example parseDuration('P1DT12H') // 129_600
 */
export function parseDuration(text: string): number | undefined {
  const parts = iso8601.exec(text)?.slice(1);
  if (!parts) return undefined;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part) => Number(part ?? 0));
  return (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds;
}
