/** Structured output for formats and models without it: the prompt asks for it, and a warning says so. */
import type { Message, ResponseFormat } from './hub.js'
import type { Limits } from './limits.js'

/** A sentence for the system prompt; `undefined` when any text is allowed. Warns that nothing enforces the format. */
export function formatHint(format: ResponseFormat | null | undefined, limits: Limits): string | undefined {
  if (format == null || format.type === 'text') return undefined
  const schema = format.type === 'json_schema' ? format.json_schema?.schema : undefined
  limits.warn(`\`response_format\` ${format.type} is asked for in the system prompt, not enforced`)
  const about = schema ? ` that matches this JSON schema:\n${JSON.stringify(schema)}` : ''
  const kind = schema && schema['type'] !== 'object' ? 'value' : 'object'
  return `Answer with one valid JSON ${kind} and nothing else: no prose and no code fence${about}`
}

/** The messages with `text` at the end of their system prompt. Many servers take only one system message. */
export function withSystemText(messages: readonly Message[], text: string): readonly Message[] {
  const at = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer')
  const place = (at === -1 ? messages.length : at) - 1
  const last = messages[place]
  if (!last || (last.role !== 'system' && last.role !== 'developer'))
    return [{ role: 'system', content: text }, ...messages]
  const content =
    typeof last.content === 'string' ? `${last.content}\n\n${text}` : [...last.content, { type: 'text' as const, text }]
  return messages.map((message, i) => (i === place ? { ...last, content } : message))
}
