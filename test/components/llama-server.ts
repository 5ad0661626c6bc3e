/** A real model in this process, behind a small server in OpenAI's shape. */
import { existsSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { nativeEntry } from './native.js'

/** The part of node-llama-cpp that is used. It is too large to be a dependency of everyone who works here. */
interface LlamaPackage {
  getLlama(options: { build: 'never'; gpu: false; logLevel: 'error' }): Promise<{
    loadModel(options: { modelPath: string }): Promise<{
      createContext(options: { contextSize: number; threads: number }): Promise<{ getSequence(): Sequence }>
    }>
    dispose(): Promise<void>
  }>
  LlamaChatSession: new (options: { contextSequence: Sequence; systemPrompt?: string }) => Session
}

interface Sequence {
  readonly tokenMeter: { getState(): { usedInputTokens: number; usedOutputTokens: number } }
  clearHistory(): Promise<void>
}

interface Session {
  setChatHistory(
    history: readonly ({ type: 'system' | 'user'; text: string } | { type: 'model'; response: string[] })[],
  ): void
  promptWithMeta(
    text: string,
    options: {
      temperature: number
      maxTokens: number
      signal: AbortSignal
      stopOnAbortSignal: boolean
      onTextChunk: (text: string) => void
    },
  ): Promise<{ responseText: string; stopReason: string }>
  dispose(options: { disposeSequence: boolean }): void
}

export const MODEL = fileURLToPath(new URL('../../../shared/models/tiny-chat.gguf', import.meta.url))

/** File of node-llama-cpp. */
export const packageEntry = (): string | undefined => nativeEntry('node-llama-cpp')

/** What is not here, as words for the name of a test. */
export function missingForModel(): string | undefined {
  if (!existsSync(MODEL)) return 'the model ../shared/models/tiny-chat.gguf'
  if (packageEntry() === undefined) return 'node-llama-cpp, below TRACESTITCH_NATIVE or installed'
  return undefined
}

export interface ModelServer {
  /** With `/v1`. */
  readonly baseURL: string
  /** `traceparent` of each request, in order. */
  readonly traceparents: (string | undefined)[]
  close(): Promise<void>
}

interface ChatBody {
  readonly model: string
  readonly messages: readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[]
  readonly stream?: boolean
  readonly stream_options?: { readonly include_usage?: boolean }
  readonly temperature?: number
  readonly max_tokens?: number
  readonly max_completion_tokens?: number
}

/** Requests are answered one after the other: the model has one sequence. */
export async function startModelServer(): Promise<ModelServer> {
  const entry = packageEntry() as string
  const { getLlama, LlamaChatSession } = (await import(/* @vite-ignore */ pathToFileURL(entry).href)) as LlamaPackage
  const llama = await getLlama({ build: 'never', gpu: false, logLevel: 'error' })
  const model = await llama.loadModel({ modelPath: MODEL })
  // One thread: on two busy cores more of them wait for each other.
  const sequence = (await model.createContext({ contextSize: 1024, threads: 1 })).getSequence()
  const traceparents: (string | undefined)[] = []
  let turn: Promise<void> = Promise.resolve()

  async function answer(body: ChatBody, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    await sequence.clearHistory()
    const before = sequence.tokenMeter.getState()
    const session = new LlamaChatSession({ contextSequence: sequence })
    session.setChatHistory(
      body.messages
        .slice(0, -1)
        .map(({ role, content }) =>
          role === 'assistant' ? { type: 'model', response: [content] } : { type: role, text: content },
        ),
    )
    const head = { id: `chatcmpl-${traceparents.length}`, created: Math.floor(Date.now() / 1000), model: 'tiny-chat' }
    const send = (data: object): void =>
      void response.write(`data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...data })}\n\n`)
    const choice = (delta: object, finish_reason: string | null = null) => ({
      choices: [{ index: 0, delta, finish_reason, logprobs: null }],
    })
    if (body.stream) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      send(choice({ role: 'assistant', content: '' }))
    }
    const { responseText, stopReason } = await session.promptWithMeta(body.messages.at(-1)?.content ?? '', {
      temperature: body.temperature ?? 0,
      maxTokens: body.max_completion_tokens ?? body.max_tokens ?? 100,
      signal: gone.signal,
      stopOnAbortSignal: true,
      onTextChunk: (text) => {
        if (body.stream && text !== '') send(choice({ content: text }))
      },
    })
    session.dispose({ disposeSequence: false })
    const after = sequence.tokenMeter.getState()
    const prompt_tokens = after.usedInputTokens - before.usedInputTokens
    const completion_tokens = after.usedOutputTokens - before.usedOutputTokens
    const usage = { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens }
    const finish_reason = stopReason === 'maxTokens' ? 'length' : 'stop'
    if (body.stream) {
      send(choice({}, finish_reason))
      if (body.stream_options?.include_usage) send({ choices: [], usage })
      response.end('data: [DONE]\n\n')
      return
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    const message = { role: 'assistant', content: responseText, refusal: null }
    response.end(
      JSON.stringify({
        ...head,
        object: 'chat.completion',
        choices: [{ index: 0, message, finish_reason, logprobs: null }],
        usage,
      }),
    )
  }

  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      traceparents.push(request.headers['traceparent'] as string | undefined)
      const body = JSON.parse(Buffer.concat(parts).toString()) as ChatBody
      turn = turn.then(() => answer(body, response)).catch((error: unknown) => void response.destroy(error as Error))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    traceparents,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await turn
      await llama.dispose()
    },
  }
}
