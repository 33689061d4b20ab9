/** Solves the form's riddle while somebody writes: a number whose SHA-256 with the stamp begins with zero bits. */
const form = document.querySelector("form[data-stamp]");
if (form && window.crypto?.subtle) solve(form.dataset.stamp, Number(form.dataset.bits)).then((answer) => {
  form.elements.answer.value = answer;
});

async function solve(stamp, bits) {
  const encoder = new TextEncoder();
  for (let number = 1; ; number += 1) {
    const digest = new DataView(await crypto.subtle.digest("SHA-256", encoder.encode(`${stamp}:${number}`)));
    if (digest.getUint32(0) >>> (32 - bits) === 0) return String(number);
  }
}
