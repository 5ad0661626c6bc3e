/** The guardrails of a whole answer. */
import type { ChatCompletion, ChatRequest } from '../../kernel/hub.js'
import { GuardrailError } from '../../kernel/guardrail-error.js'
import { masked, type Finder } from '../../policies/guardrails/finder.js'
import type { Answer } from '../call/answer.js'
import { AskAgain } from '../call/ask-again.js'
import type { CallView } from '../call/stage.js'
import { ask } from './ask.js'
import type { Finding } from './check.js'
import type { Guardrail } from './guardrail.js'
import { rewritten, textsIn, withoutLogprobs } from './texts.js'
import type { Verdicts } from './verdicts.js'

export class AnswerCheck {
  private readonly call: CallView
  private readonly verdicts: Verdicts
  /** How often each guardrail has had the answer made again. */
  private readonly retried = new Map<Guardrail, number>()

  constructor(call: CallView, verdicts: Verdicts) {
    this.call = call
    this.verdicts = verdicts
  }

  /**
   * @param mayAsk - Whether the target can be asked again.
   * @throws GuardrailError, or AskAgain with the request that has the feedback.
   */
  async run(guardrails: readonly Guardrail[], answer: Answer, mayAsk: boolean): Promise<Answer> {
    let given = answer
    for (const guardrail of guardrails) {
      const { check } = guardrail
      given =
        check.kind === 'find'
          ? this.find(guardrail, check.finder, given, mayAsk)
          : await this.ask(guardrail, check, given, mayAsk)
    }
    return given
  }

  private find(guardrail: Guardrail, finder: Finder, answer: Answer, mayAsk: boolean): Answer {
    const { call, verdicts } = this
    const began = verdicts.now()
    let category: string | undefined
    const hides = guardrail.action === 'mask'
    const next = rewrittenAnswer(answer, (text) => {
      const found = finder.find(text)
      category ??= found[0]?.category
      return hides && found.length > 0 ? masked(text, found) : text
    })
    if (category === undefined) verdicts.tell(call, guardrail, 'output', began, { verdict: 'allow' })
    else if (hides) verdicts.tell(call, guardrail, 'output', began, { verdict: 'mask', category })
    else this.refuse(guardrail, began, answer, { category }, mayAsk)
    return next
  }

  private async ask(
    guardrail: Guardrail,
    check: Extract<Guardrail['check'], { kind: 'ask' }>,
    answer: Answer,
    mayAsk: boolean,
  ): Promise<Answer> {
    const { call, verdicts } = this
    const { model, operation, metadata, inputTokens, request } = call
    const texts = textsOf(answer)
    // Vectors, pictures and sound have none.
    if (texts.length === 0) return answer
    const began = verdicts.now()
    const outcome = await ask(guardrail, check, call, {
      on: 'output',
      text: texts.join('\n\n'),
      texts,
      model,
      operation,
      metadata,
      inputTokens,
      request: request && 'chat' in request ? request.chat : undefined,
      answer: 'chat' in answer ? answer.chat : undefined,
    })
    const finding = 'failure' in outcome ? undefined : outcome.finding
    if (!finding) {
      verdicts.tell(call, guardrail, 'output', began, { verdict: 'failure' in outcome ? 'failed' : 'allow' })
      return answer
    }
    const { category, texts: next } = finding
    if (guardrail.action !== 'mask' || next?.length !== texts.length) {
      this.refuse(guardrail, began, answer, finding, mayAsk)
      return answer
    }
    verdicts.tell(call, guardrail, 'output', began, { verdict: 'mask', category })
    const by = new Map(texts.map((text, at) => [text, next[at] ?? text]))
    return rewrittenAnswer(answer, (text) => by.get(text) ?? text)
  }

  /** @throws unless the guardrail only reports. */
  private refuse(guardrail: Guardrail, began: number, answer: Answer, finding: Finding, mayAsk: boolean): void {
    const { call, verdicts, retried } = this
    const times = retried.get(guardrail) ?? 0
    if (guardrail.action === 'retry' && mayAsk && times < guardrail.retries && 'chat' in answer) {
      const request =
        call.request && 'chat' in call.request ? withFeedback(call.request.chat, answer.chat, finding) : undefined
      if (request) {
        retried.set(guardrail, times + 1)
        verdicts.tell(call, guardrail, 'output', began, { verdict: 'retry', category: finding.category })
        const { name } = guardrail
        throw new AskAgain(
          { chat: request },
          new GuardrailError({ guardrail: name, on: 'output', category: finding.category }),
        )
      }
    }
    const error = verdicts.onFinding(call, guardrail, 'output', began, finding)
    if (error) throw error
  }
}

const FEEDBACK = 'Your last answer was not accepted. Answer again, and do not mention that.'

function withFeedback(request: ChatRequest, { choices }: ChatCompletion, { category, feedback }: Finding): ChatRequest {
  const [choice] = choices
  const content = choice?.message.content
  const why = feedback ?? (category === undefined ? '' : `Reason: ${category}.`)
  return {
    ...request,
    messages: [
      ...request.messages,
      // A call of a tool would need its result.
      ...(typeof content === 'string' && content !== '' ? [{ role: 'assistant' as const, content }] : []),
      { role: 'user', content: why === '' ? FEEDBACK : `${FEEDBACK}\n${why}` },
    ],
  }
}

function rewrittenAnswer(answer: Answer, rewrite: (text: string) => string): Answer {
  const { body } = answer
  const own = body && withoutLogprobs(rewritten(body, rewrite), body)
  if (!('chat' in answer)) return own === body ? answer : { ...answer, body: own }
  const { chat } = answer
  const choices = withoutLogprobs(rewritten(chat.choices, rewrite), chat.choices)
  if (choices === chat.choices && own === body) return answer
  return { chat: { ...chat, choices }, ...(own && { body: own }) }
}

function textsOf(answer: Answer): readonly string[] {
  if ('chat' in answer) return textsIn(answer.chat.choices.map(({ message }) => message))
  return answer.body ? textsIn(answer.body) : []
}
