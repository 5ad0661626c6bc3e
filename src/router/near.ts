export { didYouMean, nearNames } from '../kernel/near.js'
