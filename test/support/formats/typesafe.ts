/** TypeSafe: questions with probabilities. */
import type { FakeFormat } from './shape.js'

export const typesafe: FakeFormat = {
  path: /\/typesafe\/v1\//,
  streams: () => false,
  whole: (path, body) =>
    path.endsWith('/systemone')
      ? {
          model: `${String(body['model'])}-2026`,
          answers: { billing: { type: 'noul', noul: 0.9 } },
          usage: { input_tokens: 11, output_tokens: 7 },
        }
      : { models: [] },
  events: () => [],
  error: (_status, { message }) => ({ error: { message } }),
}
