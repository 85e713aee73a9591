/** A command of a page and, where one follows, the answer that the page shows for it. */
export interface HttpExample {
  readonly command: string;
  readonly answer: ShownAnswer | undefined;
}

export interface ShownAnswer {
  readonly status: string;
  readonly headers: readonly string[];
  readonly body: string;
}

/** The `sh` blocks of a page in their order, each with the `http` block behind it. */
export function httpExamplesIn(page: string): HttpExample[] {
  const blocks = [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map(
    ([, language = '', text = '']) => ({ language, text }),
  );
  return blocks.flatMap(({ language, text }, index) => {
    const next = blocks[index + 1];
    const answer = next?.language === 'http' ? answerIn(next.text) : undefined;
    return language === 'sh' ? [{ command: text.trim(), answer }] : [];
  });
}

/** An answer as `curl -i` writes it. */
export function answerIn(text: string): ShownAnswer {
  const [head = '', ...body] = text.replaceAll('\r\n', '\n').trim().split('\n\n');
  const [status = '', ...headers] = head.split('\n');
  return { status, headers, body: body.join('\n\n') };
}
