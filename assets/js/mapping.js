/** The mapping of an import: the question about consent stands there only while some column would give it. */
export function mapping() {
  return {
    gives: true,
    init() {
      this.look();
    },
    look() {
      const giving = this.$root.dataset.giving.split(" ");
      this.gives = [...this.$root.querySelectorAll("select[data-column]")].some((select) =>
        giving.includes(select.value),
      );
    },
  };
}
