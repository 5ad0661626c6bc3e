/** Notice of the end of an answer, whole or broken off. */
import type { ServerRequest } from 'srvx'

/**
 * @param tell - Called once.
 * @returns the response to give instead.
 */
export function onEnd(request: ServerRequest, response: Response, tell: () => void): Response {
  const answer = request.runtime?.node?.res
  if (answer) {
    if (answer.destroyed) tell()
    else answer.once('close', tell)
    return response
  }
  return counted(response, tell)
}

/** Where there is no answer of Node's, the body says when it ends. */
function counted(response: Response, tell: () => void): Response {
  if (!response.body) {
    tell()
    return response
  }
  const reader = response.body.getReader()
  let open = true
  const end = (): void => {
    if (open) tell()
    open = false
  }
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(sink) {
        try {
          const { done, value } = await reader.read()
          if (!done) return sink.enqueue(value)
          end()
          sink.close()
        } catch (error) {
          end()
          sink.error(error)
        }
      },
      async cancel(reason) {
        end()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, response)
}
