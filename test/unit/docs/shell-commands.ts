/**
 * The commands that a page tells a reader to run, as words: those in its `sh` blocks and, of inline code,
 * what begins with the name of a program. Parts of a pipe and what a command is given by `$(…)` count too.
 */
export function commandsIn(page: string): string[][] {
  const blocks = [...page.matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)].map(([, text = '']) => text);
  const inline = [...page.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/`([^`\n]+)`/g)]
    .map(([, text = '']) => text)
    .filter((text) => /^(?:npm run|npx|node|gcloud|terraform|audience-relay) [^/.=]/.test(text));
  return [...blocks, ...inline].flatMap((text) =>
    text
      .replaceAll(/\\\n\s*/g, ' ')
      .split('\n')
      .filter((line) => !line.trimStart().startsWith('#'))
      .flatMap(partsOf)
      .map(wordsOf)
      .filter((words) => words.length > 0),
  );
}

/** A line's commands: beside pipes, `&&` and `;`, and inside `$(…)`. */
function partsOf(line: string): string[] {
  const inner = [...line.matchAll(/\$\(([^()]*)\)/g)].map(([, text = '']) => text);
  const outer = line.replaceAll(/\$\([^()]*\)/g, 'VALUE').split(/\s(?:\||&&|;)\s/);
  return [...outer, ...inner.flatMap((text) => text.split(/\s(?:\||&&|;)\s/))];
}

/** Without quotes, and without the variables that are set before a command. */
function wordsOf(command: string): string[] {
  const words = (command.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? []).map((word) =>
    word.replaceAll(/['"]/g, ''),
  );
  const first = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
  return first === -1 ? [] : words.slice(first);
}
