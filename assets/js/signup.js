/**
 * Solves the form's riddle while somebody writes: a number whose SHA-256 with the stamp and the address begins with zero
 * bits. It is bound to the address, so that one solution serves one entry; without script the form works all the same.
 */
const form = document.querySelector("form[data-stamp]");
if (form && window.crypto?.subtle) {
  const { email, answer } = form.elements;
  let solved = "";
  const prepare = async () => {
    const address = email.value;
    const found = await solve(`${form.dataset.stamp}:${address}`, Number(form.dataset.bits));
    if (address === email.value) [answer.value, solved] = [found, address];
  };
  email.addEventListener("change", prepare);
  if (email.value) prepare();
  form.addEventListener("submit", async (event) => {
    if (solved === email.value) return;
    event.preventDefault();
    await prepare();
    form.submit();
  });
}

async function solve(words, bits) {
  const encoder = new TextEncoder();
  for (let number = 1; ; number += 1) {
    const digest = new DataView(await crypto.subtle.digest("SHA-256", encoder.encode(`${words}:${number}`)));
    if (digest.getUint32(0) >>> (32 - bits) === 0) return String(number);
  }
}
