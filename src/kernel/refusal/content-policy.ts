/** Content policy, by the words of providers without a code for it. */
import { REFUSED_OR_DENIED, type ErrorFact } from './fact.js'

const SAID = '(?:content|prompt|input|request|message|image|output|response|text|generation|query|conversation)s?'

const WORDS: readonly RegExp[] = [
  // Azure: "… triggering Azure OpenAI's content management policy". Anthropic: "Output blocked by content filtering policy".
  /content[ -]?(?:management[ -]?)?(?:polic(?:y|ies)|filter(?:s|ing|ed)?|moderation|safety)/i,
  // DeepSeek.
  /content exists risk/i,
  // Moderation of OpenRouter and OpenAI, OpenAI's usage policy, Stability.
  new RegExp(`${SAID}\\b.{0,40}\\bflagged\\b|\\bflagged (?:by|as|for)\\b`, 'i'),
  new RegExp(`${SAID}\\b.{0,80}\\bviolat\\w+.{0,60}(?:polic|guideline|terms|rules|safety|law)`, 'i'),
  // xAI: "Content violates usage guidelines". OpenRouter's providers.
  /violates? (?:our |the |its )?(?:usage (?:polic|guideline)|responsible|community guideline)|violation of provider terms of service/i,
  // Alibaba, Zhipu 1301, Volcengine, Anthropic, SenseNova.
  /(?:unsafe|sensitive|inappropriate|prohibited|harmful|offensive|disallowed|objectionable|restricted)(?: or \w+)? (?:content|information|material|words?)/i,
  /sensitive[ _]words?|new_sensitive|(?:input|output)[ _]sensitive/i,
  // Vertex: "… contains sensitive words that violate Google's Responsible AI practices".
  /responsible ai/i,
  // Moonshot.
  /considered high[ -]risk|high[ -]risk (?:content|request)/i,
  // OpenAI: "Your request was rejected as a result of our safety system".
  /safety (?:system|filter|check|setting|reason|guideline|polic|classifier|guardrail)/i,
  /(?:failed|blocked|rejected|refused|requires?|denied|did not pass|triggered)\b.{0,40}\bmoderation|moderation (?:blocked|failed|check|filter|system|error|polic)/i,
  // Guardrails of Bedrock and Cloudflare: "Prompt blocked due to security configurations".
  /guardrails? (?:intervened|blocked|violation)|(?:blocked|rejected|refused) by (?:the |a |an )?(?:\w+ )?guardrail/i,
  // Not "request", which a firewall may have blocked.
  new RegExp(`(?!request)${SAID} (?:was |is |has been |were )?blocked|blocked (?:output|input|prompt)\\b`, 'i'),
  // Portkey, with a 446.
  /guardrail checks?\b[^.]{0,40}failed/i,
  // Gemini and Imagen, when it comes as an error.
  /prohibited_content|blocked (?:due to|because of|for) (?:safety|prohibited|policy)|block_?reason/i,
  // Alibaba behind a gateway; LiteLLM.
  /data_?inspection_?failed|contentpolicyviolationerror|content_policy_violation|content_filter/i,
  /\bjailbreak\b|\bcsam\b|\bnsfw\b|child (?:sexual|safety)/i,
  // Zhipu, Baidu, iFlytek, Tencent, in Chinese.
  /敏感|不安全|涉黄|涉政|涉暴|违规(?:信息|内容|词)|内容(?:安全|违规|审核|不合规)|审核(?:未通过|不通过|失败|拦截|不过)|安全(?:审核|策略拦截)/,
]

/** OpenAI's code for flagged content. OpenRouter's Responses API uses it for any malformed request. */
const INVALID_PROMPT = /\binvalid_prompt\b(?!.*(?:api request|validation|expected|required|schema|must be))/is

export const contentPolicy: readonly ErrorFact[] = [
  { is: 'content-policy', from: REFUSED_OR_DENIED, words: INVALID_PROMPT },
  {
    is: 'content-policy',
    from: REFUSED_OR_DENIED,
    words: new RegExp(WORDS.map(({ source }) => source).join('|'), 'i'),
  },
]
