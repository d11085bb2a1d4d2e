package cache

import (
	"slices"

	"github.com/yuin/gopher-lua/ast"
)

// concatName is the global function that joins strings in place of the
// operator "..", which the interpreter carries out without asking how long the
// result gets. No script can spell the name.
const concatName = "\x00concat"

// concatOperands is how many operands one call joins; the registers of a
// function are few.
const concatOperands = 40

// rewriteConcat replaces each ".." of a script by a call.
func rewriteConcat(stmts []ast.Stmt) {
	for _, stmt := range stmts {
		switch s := stmt.(type) {
		case *ast.AssignStmt:
			rewriteAll(s.Lhs)
			rewriteAll(s.Rhs)
		case *ast.LocalAssignStmt:
			rewriteAll(s.Exprs)
		case *ast.FuncCallStmt:
			s.Expr = rewritten(s.Expr)
		case *ast.DoBlockStmt:
			rewriteConcat(s.Stmts)
		case *ast.WhileStmt:
			s.Condition = rewritten(s.Condition)
			rewriteConcat(s.Stmts)
		case *ast.RepeatStmt:
			s.Condition = rewritten(s.Condition)
			rewriteConcat(s.Stmts)
		case *ast.IfStmt:
			s.Condition = rewritten(s.Condition)
			rewriteConcat(s.Then)
			rewriteConcat(s.Else)
		case *ast.NumberForStmt:
			s.Init, s.Limit, s.Step = rewritten(s.Init), rewritten(s.Limit), rewritten(s.Step)
			rewriteConcat(s.Stmts)
		case *ast.GenericForStmt:
			rewriteAll(s.Exprs)
			rewriteConcat(s.Stmts)
		case *ast.FuncDefStmt:
			if s.Name != nil {
				s.Name.Func, s.Name.Receiver = rewritten(s.Name.Func), rewritten(s.Name.Receiver)
			}
			rewriteConcat(s.Func.Stmts)
		case *ast.ReturnStmt:
			rewriteAll(s.Exprs)
		}
	}
}

func rewriteAll(exprs []ast.Expr) {
	for i, e := range exprs {
		exprs[i] = rewritten(e)
	}
}

func rewritten(expr ast.Expr) ast.Expr {
	switch e := expr.(type) {
	case *ast.AttrGetExpr:
		e.Object, e.Key = rewritten(e.Object), rewritten(e.Key)
	case *ast.TableExpr:
		for _, f := range e.Fields {
			f.Key, f.Value = rewritten(f.Key), rewritten(f.Value)
		}
	case *ast.FuncCallExpr:
		e.Func, e.Receiver = rewritten(e.Func), rewritten(e.Receiver)
		rewriteAll(e.Args)
	case *ast.LogicalOpExpr:
		e.Lhs, e.Rhs = rewritten(e.Lhs), rewritten(e.Rhs)
	case *ast.RelationalOpExpr:
		e.Lhs, e.Rhs = rewritten(e.Lhs), rewritten(e.Rhs)
	case *ast.ArithmeticOpExpr:
		e.Lhs, e.Rhs = rewritten(e.Lhs), rewritten(e.Rhs)
	case *ast.UnaryMinusOpExpr:
		e.Expr = rewritten(e.Expr)
	case *ast.UnaryNotOpExpr:
		e.Expr = rewritten(e.Expr)
	case *ast.UnaryLenOpExpr:
		e.Expr = rewritten(e.Expr)
	case *ast.FunctionExpr:
		rewriteConcat(e.Stmts)
	case *ast.StringConcatOpExpr:
		return concatCall(e)
	}
	return expr
}

// concatCall joins a chain of operands from the right, as the operator does.
func concatCall(e *ast.StringConcatOpExpr) ast.Expr {
	var operands []ast.Expr
	var last ast.Expr = e
	for {
		next, more := last.(*ast.StringConcatOpExpr)
		if !more {
			break
		}
		operands = append(operands, rewritten(next.Lhs))
		last = next.Rhs
	}
	operands = append(operands, rewritten(last))
	// Parts of a long chain are joined first. Only metatables could tell that
	// from joining it from its end.
	for len(operands) > 1 {
		var calls []ast.Expr
		for part := range slices.Chunk(operands, concatOperands) {
			function := &ast.IdentExpr{Value: concatName}
			// AdjustRet makes it one value, and keeps it from being a tail
			// call, which would lose the line.
			call := &ast.FuncCallExpr{Func: function, Args: part, AdjustRet: true}
			for _, node := range []ast.PositionHolder{function, call} {
				node.SetLine(e.Line())
				node.SetLastLine(e.LastLine())
			}
			calls = append(calls, call)
		}
		operands = calls
	}
	return operands[0]
}
