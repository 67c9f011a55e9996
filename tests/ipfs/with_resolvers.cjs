// A library below js-ipfs calls this; Node.js has it from version 22 on.
if (!Promise.withResolvers) {
  Promise.withResolvers = function () {
    let resolve, reject
    const promise = new this((accept, refuse) => { resolve = accept; reject = refuse })
    return { promise, resolve, reject }
  }
}
