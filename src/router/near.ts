export { didYouMean } from '../kernel/near.js'
