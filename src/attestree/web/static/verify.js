// Lets a file be dropped on the form; everything works without it.
"use strict";
const drop = document.getElementById("drop");
const file = document.getElementById("file");
const dropped = document.getElementById("dropped");

const tell = () => { dropped.textContent = file.files.length ? "Chosen: " + file.files[0].name : ""; };
const mark = (on) => drop.classList.toggle("over", on);

dropped.textContent = "or drop the file here";
file.addEventListener("change", tell);
// A file that misses the box must not replace the page.
for (const kind of ["dragover", "drop"]) window.addEventListener(kind, (event) => event.preventDefault());
drop.addEventListener("dragover", () => mark(true));
drop.addEventListener("dragleave", () => mark(false));
drop.addEventListener("drop", (event) => {
  mark(false);
  if (event.dataTransfer.files.length) {
    file.files = event.dataTransfer.files;
    tell();
    file.form.requestSubmit();
  }
});
