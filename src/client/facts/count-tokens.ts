/** Counts the tokens of a call's text as the options say, before it is sent. */
import { tokenCounter, type Tokenizer } from '../../cost/tokenizer.js'
import { estimateTokens, type CountTokens } from '../../kernel/estimate-tokens.js'
import { warnOnce } from '../../telemetry/warn.js'

/** Returns a function that gives the counter, `undefined` for characters. An installed tokenizer loads on first use. */
export function counterOf(tokenizer: Tokenizer = 'characters'): () => CountTokens | undefined {
  if (typeof tokenizer !== 'function') return () => tokenCounter(tokenizer)
  const own = guarded(tokenizer)
  return () => own
}

/** No call fails because its tokens could not be counted. */
function guarded(own: CountTokens): CountTokens {
  return (text) => {
    try {
      const tokens = own(text)
      if (Number.isFinite(tokens) && tokens >= 0) return tokens
    } catch {
      // Reported below, without the error, which may contain the text.
    }
    warnOnce('the option `tokenizer` returned no number of tokens; they are counted by characters')
    return estimateTokens(text)
  }
}
