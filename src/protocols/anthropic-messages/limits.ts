export { limitsOf, type Limits } from '../../kernel/limits.js'
