// The work that a tip's form asks for: a number whose hash with the challenge begins with enough
// zero bits. It begins when somebody types; a form that is sent before it is done waits a moment.
(() => {
  const form = document.querySelector("form[data-challenge]");
  if (!form || !window.crypto || !crypto.subtle) return;
  const challenge = form.dataset.challenge;
  const bits = Number(form.dataset.bits);
  const solution = form.elements.solution;
  const text = new TextEncoder();
  const MOST = 1 << 22;
  const AT_ONCE = 256;

  const zeros = (hash) => {
    let count = 0;
    for (const byte of hash) {
      if (byte === 0) count += 8;
      else return count + Math.clz32(byte) - 24;
    }
    return count;
  };

  const solves = async (number) => {
    const hash = await crypto.subtle.digest("SHA-256", text.encode(`${challenge}:${number}`));
    return zeros(new Uint8Array(hash)) >= bits;
  };

  const work = async () => {
    for (let from = 0; from < MOST; from += AT_ONCE) {
      const numbers = Array.from({ length: AT_ONCE }, (_, at) => from + at);
      const found = (await Promise.all(numbers.map(solves))).indexOf(true);
      if (found >= 0) {
        solution.value = String(from + found);
        return;
      }
    }
  };

  let working = null;
  const begin = () => (working ??= work().catch(() => {}));
  form.addEventListener("input", begin, { once: true });
  form.addEventListener("submit", (event) => {
    if (solution.value || form.dataset.sent) return;
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    button.setAttribute("aria-disabled", "true");
    form.querySelector("[data-working]").hidden = false;
    const patience = new Promise((done) => setTimeout(done, 15000));
    Promise.race([begin(), patience]).then(() => {
      form.dataset.sent = "1";
      form.submit();
    });
  });
})();
