// Package card draws the picture that stands for a page where a link to it is
// shown: the page's title, its section, the site's name and the seal.
//
// A card depends on its three texts only and is the same bytes each time, so
// its maker may keep it. The fonts are embedded in the program; a text that
// they have no letters for gets no card.
package card

import (
	"bytes"
	"compress/zlib"
	"image"
	"image/color"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Version changes with how cards look. It belongs to the key under which a
// card is kept.
const Version = "card 1"

// Width and Height are what the services that show cards ask for.
const (
	Width  = 1200
	Height = 630
)

// Card is what a card says.
type Card struct{ Site, Section, Title string }

const (
	margin  = 84
	titleAt = 292 // base line of a title's first line
	widest  = Width - 2*margin
	deepest = 4 // lines of a title
)

// The palette holds fewer than sixteen colours, so that a pixel takes four
// bits. Runs of it are the steps from the paper to a colour, for the edges of
// letters.
const (
	paper  = 0
	ink    = 1 // to 3
	accent = 4 // to 7
	tint   = 8
	faint  = 9
)

// shade is one colour of the palette with its steps.
type shade struct{ first, steps uint8 }

var (
	inkShade    = shade{ink, 3}
	accentShade = shade{accent, 4}
)

// colours are the theme's: paper, ink and the accent of its light
// half.
var colours = func() color.Palette {
	base := [3]int{0xfb, 0xfa, 0xf7}
	p := make(color.Palette, 10)
	p[paper] = color.RGBA{0xfb, 0xfa, 0xf7, 0xff}
	mix := func(to [3]int, part, of int) color.Color {
		at := func(i int) uint8 { return uint8((base[i]*(of-part) + to[i]*part) / of) }
		return color.RGBA{at(0), at(1), at(2), 0xff}
	}
	teal := [3]int{0x06, 0x66, 0x68}
	for _, s := range []struct {
		shade
		to [3]int
	}{{inkShade, [3]int{0x1b, 0x22, 0x2c}}, {accentShade, teal}} {
		for i := range int(s.steps) {
			p[int(s.first)+i] = mix(s.to, i+1, int(s.steps))
		}
	}
	p[tint], p[faint] = mix(teal, 12, 100), mix(teal, 5, 100)
	return p
}()

// fonts are parsed once; a parsed font may be shared, a face may not.
var fonts = sync.OnceValue(func() (f struct{ regular, bold *sfnt.Font }) {
	parse := func(data []byte) *sfnt.Font {
		parsed, err := opentype.Parse(data)
		if err != nil {
			panic(err) // the font is embedded
		}
		return parsed
	}
	f.regular, f.bold = parse(goregular.TTF), parse(gobold.TTF)
	return f
})

// easel is what one drawing at a time needs.
type easel struct {
	img                  *image.Paletted
	name, big, mid, tiny font.Face
	packed               []byte
	squeezed             bytes.Buffer
	zip                  *zlib.Writer
}

var easels = sync.Pool{New: func() any {
	face := func(f *sfnt.Font, size float64) font.Face {
		face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			panic(err) // the sizes are constants
		}
		return face
	}
	return &easel{
		img:  image.NewPaletted(image.Rect(0, 0, Width, Height), colours),
		name: face(fonts().bold, 36), big: face(fonts().bold, 76), mid: face(fonts().bold, 58), tiny: face(fonts().regular, 34),
	}
}}

// Draw returns a card as a PNG. ok is false when its title cannot be written
// with the fonts; a section or site that cannot be is left out.
func Draw(c Card) (data []byte, ok bool) {
	c.Title = clean(c.Title)
	if c.Title == "" || !writable(c.Title) {
		return nil, false
	}
	if c.Section = clean(c.Section); !writable(c.Section) {
		c.Section = ""
	}
	if c.Site = clean(c.Site); !writable(c.Site) {
		c.Site = ""
	}
	e := easels.Get().(*easel)
	defer easels.Put(e)
	copy(e.img.Pix, ground())
	e.draw(c)
	return e.encode(e.img), true
}

func clean(s string) string { return strings.Join(strings.Fields(s), " ") }

// writable reports whether the fonts have a letter for each character.
func writable(s string) bool {
	var b sfnt.Buffer
	for _, r := range s {
		if i, err := fonts().bold.GlyphIndex(&b, r); err != nil || i == 0 {
			return false
		}
	}
	return true
}

// ground is what all cards have: the seal, large and quiet, cut off by a
// corner, the same seal small and whole, and a stroke at the foot.
var ground = sync.OnceValue(func() []uint8 {
	img := image.NewPaletted(image.Rect(0, 0, Width, Height), colours)
	ring(img, Width-70, Height-40, 0, 150, faint)
	ring(img, Width-70, Height-40, 190, 330, faint)
	ring(img, Width-70, Height-40, 150, 190, tint)
	ring(img, margin+20, 104, 17, 26, tint)
	ring(img, margin+20, 104, 0, 13, accent+3)
	for x := margin; x < margin+96; x++ {
		for y := Height - 74; y < Height-68; y++ {
			img.Pix[y*img.Stride+x] = accent + 3
		}
	}
	return img.Pix
})

func (e *easel) draw(c Card) {
	e.text(e.name, margin+66, 117, c.Site, inkShade)
	if c.Section != "" {
		e.text(e.tiny, margin, titleAt-92, fit(e.tiny, c.Section, widest), accentShade)
	}
	face, step := e.big, 88
	lines := wrap(face, c.Title, widest)
	if len(lines) > 3 {
		face, step = e.mid, 70
		lines = wrap(face, c.Title, widest)
	}
	if len(lines) > deepest {
		lines[deepest-1] = fit(face, lines[deepest-1]+" "+lines[deepest], widest)
		lines = lines[:deepest]
	}
	for i, l := range lines {
		e.text(face, margin, titleAt+i*step, l, inkShade)
	}
}

// ring fills the pixels between two distances from a point. Edges are judged
// by sixteen points in a pixel, with whole numbers only.
func ring(img *image.Paletted, cx, cy, inner, outer int, c uint8) {
	const grid = 4
	in, out := sq(inner*2*grid), sq(outer*2*grid)
	for y := max(cy-outer-1, 0); y < min(cy+outer+2, Height); y++ {
		for x := max(cx-outer-1, 0); x < min(cx+outer+2, Width); x++ {
			hits := 0
			for sy := range grid {
				for sx := range grid {
					d := sq((x-cx)*2*grid+2*sx+1-grid) + sq((y-cy)*2*grid+2*sy+1-grid)
					if d >= in && d < out {
						hits++
					}
				}
			}
			if hits >= grid*grid/2 {
				img.Pix[y*img.Stride+x] = c
			} else if hits >= grid*grid/4 && c == accent+3 {
				img.Pix[y*img.Stride+x] = accent + 1
			}
		}
	}
}

func sq(n int) int { return n * n }

// text writes a line. Only the darker of two overlapping pixels stays, which
// is what letters that touch look like.
func (e *easel) text(face font.Face, x, y int, s string, c shade) {
	dot := fixed.P(x, y)
	prev := rune(-1)
	for _, r := range s {
		if prev >= 0 {
			dot.X += face.Kern(prev, r)
		}
		at, mask, from, advance, ok := face.Glyph(dot, r)
		if !ok {
			continue
		}
		alpha, isAlpha := mask.(*image.Alpha)
		if isAlpha {
			e.glyph(at, alpha, from, c)
		}
		dot.X += advance
		prev = r
	}
}

func (e *easel) glyph(at image.Rectangle, mask *image.Alpha, from image.Point, c shade) {
	visible := at.Intersect(e.img.Rect)
	for y := visible.Min.Y; y < visible.Max.Y; y++ {
		for x := visible.Min.X; x < visible.Max.X; x++ {
			a := mask.AlphaAt(from.X+x-at.Min.X, from.Y+y-at.Min.Y).A
			level := (int(a)*int(c.steps) + 127) / 255
			if level == 0 {
				continue
			}
			p := &e.img.Pix[y*e.img.Stride+x]
			if v := c.first + uint8(level) - 1; *p < c.first || *p >= c.first+c.steps || *p < v {
				*p = v
			}
		}
	}
}
