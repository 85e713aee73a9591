/** What comes from outside must not reach the terminal as a command. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}|\p{Cf}/gu, '\u{fffd}');
}
