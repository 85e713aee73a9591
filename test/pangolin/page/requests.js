/**
 * Calls Pangolin's page API.
 * @param {'GET' | 'POST' | 'PUT' | 'DELETE'} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<unknown>} the JSON of the answer
 * @throws {Error} in words for a person
 */
export async function request(method, path, body) {
  const response = await send(method, path, body);
  const answer = await readJson(response);
  if (response.ok) return answer;
  throw new Error(errorIn(answer) ?? `Pangolin answered ${response.status}.`);
}

/** @param {unknown} answer */
function errorIn(answer) {
  const hasError = typeof answer === 'object' && answer !== null && 'error' in answer;
  return hasError && typeof answer.error === 'string' ? answer.error : undefined;
}

/**
 * @param {Response} response
 * @returns {Promise<unknown>} undefined when it is not JSON
 */
function readJson(response) {
  // Not from Pangolin, or cut short: the status says enough.
  return response.json().catch(() => undefined);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} body
 */
async function send(method, path, body) {
  try {
    // The type stands also where there is no body: Pangolin takes changes as JSON only.
    const headers = { 'Content-Type': 'application/json' };
    return await fetch(path, {
      method,
      ...(method === 'GET' ? {} : { headers }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Error('Pangolin does not answer. Is it still running?');
  }
}
