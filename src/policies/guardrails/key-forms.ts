/** Keys and tokens, by the forms that their makers gave them so that they can be found. */
import { finderOf, type Finder, type Pattern } from './finder.js'

/** The longest is a token with claims in it. */
const REACH = 4_096

const secret = (category: string, pattern: RegExp): Pattern => ({ category, pattern })

const PATTERNS: readonly Pattern[] = [
  // Of OpenAI, Anthropic, OpenRouter, DeepSeek and others.
  secret('api_key', /\bsk-[A-Za-z0-9_-]{16,256}/g),
  secret('api_key', /\b(?:gsk|xai|pplx|r8|nvapi|hf|csk|tgp_v1|fw)[_-][A-Za-z0-9_-]{20,256}/g),
  // https://cloud.google.com/docs/authentication/api-keys
  secret('api_key', /\bAIza[\w-]{35}/g),
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
  secret('aws_key', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g),
  // https://github.blog/engineering/behind-githubs-new-authentication-token-formats/
  secret('github_token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{40,255})/g),
  secret('gitlab_token', /\bglpat-[\w-]{20,64}/g),
  secret('slack_token', /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}/g),
  // https://docs.stripe.com/keys
  secret('stripe_key', /\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,255}/g),
  secret('npm_token', /\bnpm_[A-Za-z0-9]{36}\b/g),
  // https://www.rfc-editor.org/rfc/rfc7519
  secret('jwt', /\beyJ[\w-]{8,2048}\.eyJ[\w-]{8,2048}\.[\w-]{16,1024}/g),
  // To its end, or to that of the text.
  secret(
    'private_key',
    /-----BEGIN (?:[A-Z]{2,12} ){0,3}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
  ),
  secret(
    'password',
    /(?<=\b(?:password|passwd|pwd|secret|token|api[_-]?key)["']?\s{0,4}[:=]\s{0,4}["'])[^\s"']{8,128}(?=["'])/gi,
  ),
  // In the address of a database or a proxy.
  secret('password', /(?<=\b[a-z][a-z\d+.-]{1,20}:\/\/[^\s:/@]{1,64}:)[^\s/@]{3,128}(?=@)/gi),
]

export const secretsFinder = (): Finder => finderOf(PATTERNS, REACH)
