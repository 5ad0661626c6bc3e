/** Notice of the end of an answer, whole or broken off. */
import type { ServerRequest } from 'srvx'

/**
 * @param tell - Called once, with whether the client left before the end.
 * @returns the response to give instead.
 */
export function onEnd(request: ServerRequest, response: Response, tell: (left: boolean) => void): Response {
  const answer = request.runtime?.node?.res
  if (answer) {
    if (answer.destroyed) tell(true)
    else answer.once('close', () => tell(!answer.writableFinished))
    return response
  }
  return counted(response, tell)
}

/** Where there is no answer of Node's, the body says when it ends. */
function counted(response: Response, tell: (left: boolean) => void): Response {
  if (!response.body) {
    tell(false)
    return response
  }
  const reader = response.body.getReader()
  let open = true
  const end = (left: boolean): void => {
    if (open) tell(left)
    open = false
  }
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(sink) {
        try {
          const { done, value } = await reader.read()
          if (!done) return sink.enqueue(value)
          end(false)
          sink.close()
        } catch (error) {
          end(true)
          sink.error(error)
        }
      },
      async cancel(reason) {
        end(true)
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, response)
}
